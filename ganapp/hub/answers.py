"""Exceptions of huggingface_hub as one sentence for the user; shared by models and data sets."""

STATUS = {
    401: "the access token (HF_TOKEN) is not valid",
    403: "the access token (HF_TOKEN) has no permission for this",
    409: "there is a repository of that name already, which cannot be used",
    429: "the Hub asks to wait; try again in some minutes",
}


def explain(error: Exception, repo: str, what: str, revision: str, absent: str) -> str:
    """One sentence about an exception.

    what: that could not be fetched, such as "config.json". absent: what an unknown repository lacks, "such
    data set".
    """
    from huggingface_hub import errors

    if isinstance(error, errors.GatedRepoError):
        advice = "accept its terms on the Hub and set HF_TOKEN to a token of yours"
        return f"{repo}: this repository is gated; {advice}."
    if isinstance(error, errors.RepositoryNotFoundError):
        return f"{repo}: there is no {absent} on the Hub, or it is private (then set HF_TOKEN)."
    if isinstance(error, errors.RevisionNotFoundError):
        return f"{repo}: there is no revision {revision!r}."
    if isinstance(error, errors.HfHubHTTPError):
        status = error.response.status_code
        return f"{repo}: {STATUS.get(status, f'the Hub answered {status}')}."
    detail = (str(error).strip() or type(error).__name__).splitlines()[0].rstrip(".")
    return f"{repo}: {what} could not be fetched ({detail})."
