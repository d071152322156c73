"""The engine over HTTP: who asks is settled here, what he may do in policies/."""
