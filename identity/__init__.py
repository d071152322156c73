"""Who is it that signs in? Passwords, sessions, tokens, and an outside provider of identity."""
