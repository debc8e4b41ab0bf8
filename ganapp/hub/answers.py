"""What the Hub, or the way to it, answered about a repository, in one sentence: for models (hub.py) and data sets (data/hub.py)."""

STATUS = {
    401: "the access token (HF_TOKEN) is not valid",
    403: "the access token (HF_TOKEN) has no permission for this",
    409: "there is a repository of that name already, which cannot be used",
    429: "the Hub asks to wait; try again in some minutes",
}


def say(error: Exception, repo: str, what: str, revision: str, absent: str) -> str:
    """`what` could not be fetched ("config.json"); `absent` is not there where the repository is unknown ("such data set")."""
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        return f"{repo}: this repository is gated; accept its terms on the Hub and set HF_TOKEN to a token of yours."
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"{repo}: there is no {absent} on the Hub, or it is private (then set HF_TOKEN)."
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{repo}: there is no revision {revision!r}."
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        return f"{repo}: {STATUS.get(status, f'the Hub answered {status}')}."
    detail = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return f"{repo}: {what} could not be fetched ({detail})."
