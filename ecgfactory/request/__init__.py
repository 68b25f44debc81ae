"""What a user asks for, read with every problem at once, and the plan that it resolves to."""
