"""What Siyu knows: platform files, canonical tables, the model of people and orders, metrics, reports. No plumbing here."""
