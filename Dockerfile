# ganapp in a container, for a CPU or an NVIDIA GPU: the PyTorch from the registry brings its own CUDA libraries.
#   docker build -t ganapp .
#   docker run -p 7860:7860 -v ganapp:/data ganapp                 (with a GPU: add --gpus all)
FROM python:3.12-slim

RUN useradd --create-home --uid 1000 user && install -d -o user /data
WORKDIR /home/user/app

# First what changes rarely, so that a change of the code does not install everything again.
COPY requirements.txt .
RUN pip install --no-cache-dir -r requirements.txt

# Owned by root: the app cannot change itself, and writes to /data and /tmp alone.
COPY . .
USER user
ENV GRADIO_SERVER_NAME=0.0.0.0 \
    GRADIO_ANALYTICS_ENABLED=False \
    GANAPP_CACHE=/data/cache \
    HF_HOME=/data/huggingface \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1
VOLUME /data
EXPOSE 7860
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:7860/', timeout=5)"]
CMD ["python", "app.py", "--port", "7860", "--runs", "/data/runs"]
