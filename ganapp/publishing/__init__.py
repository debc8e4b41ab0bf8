"""What leaves the app: pictures of seeds, labelled sets, model cards, repositories, Spaces."""
