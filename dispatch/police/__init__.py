"""The police side: transfers to the street, escalations to the police, the desk, and the signed link between both."""
