"""Where to compute."""


def resolve_device(device):
    """Give "cuda" or "cpu" for "auto", anything else as it is.

    Raises
    ------
    ValueError
        If CUDA is requested and there is none, or torch knows no such device.
    """
    import torch  # slow to load, and what lies above the nets does without

    if device == "auto":
        return "cuda" if torch.cuda.is_available() else "cpu"
    try:
        device_type = torch.device(device).type
    except RuntimeError as error:
        raise ValueError(f"device={device!r} is not a device torch knows: {error}") from None
    if device_type == "cuda" and not torch.cuda.is_available():
        raise ValueError(
            f'device={device!r}, but torch sees no CUDA here; use device="auto" to take what there '
            "is"
        )
    return device
