"""A local server with the wire protocol of Azure OpenAI and of Resource Manager."""
