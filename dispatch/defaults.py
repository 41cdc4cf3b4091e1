"""What the centre starts with: the automatic actions of each level and the skills that classes ask for."""

from typing import Any

# Level → columns of DispatchRule. R30 leaves a seat 30 s: at level Ⅲ the system acts early enough to keep it.
RULES: dict[int, dict[str, Any]] = {
    1: {
        "auto_after_s": 0,
        "units": 2,
        "forces": ["police"],
        "notices": [],
        "missed_force": "police",
        "decide_within_s": None,
        "reason_needed": True,
    },
    2: {
        "auto_after_s": 0,
        "units": 1,
        "forces": [],
        "notices": ["police"],
        "missed_force": "police",
        "decide_within_s": 120,
        "reason_needed": True,
    },
    3: {
        "auto_after_s": 12,
        "units": 1,
        "forces": [],
        "notices": [],
        "missed_force": "police",
        "decide_within_s": None,
        "reason_needed": False,
    },
    4: {
        "auto_after_s": None,
        "units": 1,
        "forces": [],
        "notices": [],
        "missed_force": "",
        "decide_within_s": None,
        "reason_needed": False,
    },
}

# Force → columns of ForceRule: two minutes to answer, then who is called instead.
FORCES: dict[str, dict[str, Any]] = {
    "squad": {"answer_within_s": 120, "next_forces": ["police"]},
    "police": {"answer_within_s": 120, "next_forces": ["enforcement", "squad"]},
    "enforcement": {"answer_within_s": 120, "next_forces": ["squad", "police"]},
    "fire": {"answer_within_s": 120, "next_forces": ["police", "squad"]},
    "volunteer": {"answer_within_s": 120, "next_forces": ["squad"]},
    "department": {"answer_within_s": 120, "next_forces": ["enforcement", "squad"]},
}

# Below level Ⅱ a missed arrival asks for the force that the class belongs to, not for the police.
FORCE_OF_SKILL = {"street": "enforcement", "site": "enforcement", "fire": "fire"}

# scheme, beginning of the class code, skill
SKILLS = [
    ("JCZZ", "J01", "traffic"),
    ("JCZZ", "J03", "fire"),
    ("JCZZ", "J04", "street"),
    ("JCZZ", "J0427", "water"),
    ("JCZZ", "J05", "dispute"),
    ("JCZZ", "J08", "order"),
    ("JCZZ", "J0814", "water"),
    ("JCZZ", "J10", "rescue"),
    ("JCZZ", "J11", "water"),
    ("JCZZ", "J1205", "water"),
    ("JCZZ", "J14", "street"),
    ("JCZZ", "J15", "safety"),
    ("JCZZ", "J19", "order"),
    ("JCZZ", "J23", "street"),
    ("JCZZ", "J24", "street"),
    ("SZCG", "E01", "street"),
    ("SZCG", "E02", "street"),
    ("SZCG", "E03", "site"),
    ("SZCG", "E04", "street"),
    ("SZCG", "E0496", "fire"),
    ("SZCG", "E05", "water"),
    ("SZCG", "P02", "traffic"),
]
