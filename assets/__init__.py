"""What Siyu knows: platform files, canonical tables, people and orders, metrics, reports. No plumbing here."""
