// Seeds are whole numbers from 0 to 2^32 - 1.

// The seed in a field: what was typed is rounded and kept within the range; no number is 0.
function seedOf(input) {
  return Math.min(2 ** 32 - 1, Math.max(0, Math.round(Number(input.value)) || 0));
}
