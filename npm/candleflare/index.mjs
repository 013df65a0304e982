import client from "./index.cjs";

export const { Candleflare, CandleflareError, newAccount } = client;
