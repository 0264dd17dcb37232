"""How ids are brought together: which of them a pass touches (touched.py), which hang together (components.py by
scipy, stars.py by SQL alone).

What does not belong here: what names an id and what joins two, which is core's own rule (assets/core/identities.py).
"""
