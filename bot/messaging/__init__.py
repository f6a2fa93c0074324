"""What adapters of messengers have in common: composition, clients, crypto, pages. Channels stand on it."""
