"""Why did it happen? Explanations of recorded acts; nothing here decides anything."""
