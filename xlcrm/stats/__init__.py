"""Mathematics that knows no CRM."""
