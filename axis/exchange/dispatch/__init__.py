"""How copies get to inboxes: sent with confirms, sent elsewhere when an agency moves, taken."""
