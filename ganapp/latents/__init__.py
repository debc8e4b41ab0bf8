"""Walks and edits in latent space. Here: interpolation between seeds. Nothing in this package draws or writes files."""

from ganapp.latents.interpolate import between, frame_count, interpolate, lerp, slerp

__all__ = ["between", "frame_count", "interpolate", "lerp", "slerp"]
