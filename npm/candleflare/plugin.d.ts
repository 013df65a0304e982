/** `dev.options` of a binding with `dev.plugin` `{ package: "candleflare/plugin", name: "candleflare-ai" }`. */
export interface PluginOptions {
  /** The emulator's address. Default: `CANDLEFLARE_URL`, else http://127.0.0.1:8786. */
  url?: string;
  /** 32 hexadecimal digits. Default: `CLOUDFLARE_ACCOUNT_ID`, else the default account. */
  account?: string;
  /** A Worker in front that throws what the emulator marks as an exception; one hop more per call. */
  guard?: boolean;
  /** Of `candleflare-vectorize`: the index. */
  index_name?: string;
}

export const plugins: Record<"candleflare-ai" | "candleflare-vectorize", object>;
