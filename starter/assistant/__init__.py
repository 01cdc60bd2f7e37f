"""What an assistant may do here, over the Model Context Protocol: `ordinaut mcp`."""
