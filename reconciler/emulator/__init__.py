"""A local server with the wire protocol of Azure OpenAI, Azure Resource Manager and the OpenAI platform.

It knows no other room of the package, and no spec: whatever speaks the vendors' protocols can use it.
"""
