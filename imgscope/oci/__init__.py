"""The documents of the OCI image specification as frozen pydantic models; no input or output here.

Docker's documents are the same under other media types, and its saved archives have one of their own
(``docker_manifest``). Models are tolerant where engines are: optional fields may be absent or null.
"""
