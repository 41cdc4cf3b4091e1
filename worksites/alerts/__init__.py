"""Pages of truck alerts and of the rules that raise them."""
