"""xlcrm: a company's CRM at work in the cells of Excel."""

__version__ = "0.1.0"
