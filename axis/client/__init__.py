"""What an agency's document system imports: sign, submit, receive, acknowledge, report."""
