import helper from "./vitest.cjs";

export const { candleflare } = helper;
