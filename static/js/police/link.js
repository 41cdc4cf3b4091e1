/** The books of the line to the police follow by themselves. */

import { follow } from "shushan/police/follow";

follow({ subjects: ["policelink", "policetransfer", "reinforcement", "incident"], every_ms: 5000 });
