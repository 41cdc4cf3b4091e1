"""JT/T 808: how vehicle terminals speak. Frames, headers, messages and a server; only the server's keeper stores."""
