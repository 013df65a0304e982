/** What `cloudflareTest()` takes, as far as it is read here; every other option is handed through. */
export interface PoolOptions {
  wrangler?: { configPath?: string; environment?: string };
  miniflare?: { bindings?: Record<string, unknown>; [option: string]: unknown };
  [option: string]: unknown;
}

export interface EmulatorOptions {
  /** More arguments of `candleflare exec`: `["--plan", "free", "--index", "docs=384,cosine"]`. */
  args?: string[];
  /** One that runs already. Default: `CANDLEFLARE_URL`. */
  url?: string;
}

/**
 * Options for `cloudflareTest()` from the user's wrangler configuration, with AI and Vectorize led to an emulator that lives
 * as long as the run. Each test file has an account of its own, in its bindings `CANDLEFLARE_URL` and `CANDLEFLARE_ACCOUNT`.
 */
export function candleflare(options?: PoolOptions & { emulator?: EmulatorOptions }): () => Promise<PoolOptions & object>;
