"""The doors for what platforms say of trucks: positions, passes and manifests, signed or with a token."""
