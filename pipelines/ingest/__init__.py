"""A file → recognised, decoded, parsed, validated, loaded or quarantined."""
