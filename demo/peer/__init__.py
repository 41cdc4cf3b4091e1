"""A police station's own system, as small as it can be: it speaks docs/police-link.md and survives being killed."""
