"""How numbers are grouped in Chinese: 115,000, as in every table of the street; Django would not group them."""

THOUSAND_SEPARATOR = ","
NUMBER_GROUPING = 3
