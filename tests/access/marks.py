"""What holds a door where it is no permission."""

PUBLIC = "public"
SIGNED_IN = "signed in"
TOKEN = "token"  # the token itself is what is given back
SIGNED_SOURCE = "signed source"  # HMAC of a source instead of a person
RESIDENT = "resident"  # a resident's own cookie: no worker's session opens it
OWN_UNIT = "own unit or department"  # fetched by membership; others find nothing
