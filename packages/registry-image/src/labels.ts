/** Copies `value` into `labels` under `key`; a key named `__proto__` is a label like any other. */
export function assignLabel(labels: Record<string, string>, key: string, value: string): void {
  if (key === "__proto__") {
    Object.defineProperty(labels, key, {
      value,
      enumerable: true,
      writable: true,
      configurable: true,
    });
  } else {
    labels[key] = value;
  }
}
