"""A delivery (lượt gửi), one document on its way to one receiver: states, next steps, deadlines."""
