/** A matcher of one value of an input: a plain value is equality. */
export type Matcher = string | number | boolean | null | { contains: string } | { regex: string };

export interface When {
  /** How often it holds; without it, always. */
  times?: number;
  /** Calls that pass first. */
  after?: number;
  /** 0 to 1, from the account's seeded source. */
  probability?: number;
}

export interface Match {
  service?: "ai" | "vectorize";
  operation?: string;
  model?: string;
  index?: string;
  /** Matchers by JSON path into the input: `{"$.messages[-1].content": {contains: "weather"}}`. */
  input?: Record<string, Matcher>;
}

export interface Stub {
  match?: Match;
  when?: When;
  respond:
    | { text: string }
    | { json: unknown }
    | { tool_calls: { name: string; arguments: Record<string, unknown> }[] }
    | { embeddings: number[][] }
    | { file: string; content_type: string }
    | { error: number };
  stream?: { ttft_ms?: number; tokens_per_second?: number; jitter?: number };
}

export interface Fault {
  match?: Match;
  when?: When;
  fault:
    | { kind: "error"; code: number }
    | { preset: string }
    | { kind: "latency"; ms: number; jitter_ms?: number }
    | { kind: "slow_stream"; tokens_per_second: number }
    | { kind: "stall" | "cut"; after_events: number }
    | { kind: "reset" }
    | { kind: "truncate" };
}

export interface JournalEntry {
  id: string;
  time: string;
  account: string;
  dialect: "rest" | "openai" | "binding";
  service: "ai" | "vectorize";
  operation: string;
  model?: string;
  index?: string;
  status: number;
  code: number | null;
  checkpoint: string | null;
  fidelity: "exact" | "sibling" | "stand-in" | null;
  /** What was sent; of a file its own type, of a form the form's. */
  body: { bytes: number; content_type: string | null; sha256: string };
  ms: { queue: number; compute: number; total: number };
  [more: string]: unknown;
}

export interface JournalFilter {
  service?: "ai" | "vectorize";
  model?: string;
  index?: string;
  status?: number;
}

export interface Usage {
  total: { calls: number; neurons: number; usd: number };
  rows: {
    date: string;
    account: string;
    model: string;
    calls: number;
    input_tokens: number;
    output_tokens: number;
    neurons: number;
    usd: number;
  }[];
}

export type Lag =
  | { mode: "immediate" }
  | { mode: "after_ms"; ms: number }
  | { mode: "after_reads"; reads: number }
  | { mode: "manual" };

export interface List<Entry> {
  /** Its id. */
  add(entry: Entry): Promise<string>;
  list(): Promise<unknown>;
  remove(id: string): Promise<unknown>;
  clear(): Promise<unknown>;
}

export interface Options {
  /** The emulator's address. Default: `CANDLEFLARE_URL`, else http://127.0.0.1:8786. */
  url?: string | URL;
  /** 32 hexadecimal digits. Default: `CANDLEFLARE_ACCOUNT`, else `CLOUDFLARE_ACCOUNT_ID`, else the emulator's own. */
  account?: string;
}

export class Candleflare {
  constructor(options?: Options);
  static of(bindings: { CANDLEFLARE_URL: string; CANDLEFLARE_ACCOUNT: string }): Candleflare;
  readonly url: string;
  readonly account: string | undefined;
  readonly apiUrl: string;
  readonly openaiUrl: string;
  readonly stubs: List<Stub>;
  readonly faults: List<Fault>;
  readonly clock: {
    /** `"36h"`, `"90s"`. */
    advance(duration: string): Promise<unknown>;
    set(time: string | Date): Promise<unknown>;
    resume(): Promise<unknown>;
  };
  readonly limits: { get(): Promise<unknown>; set(rows: unknown): Promise<unknown> };
  readonly mutations: { get(): Promise<unknown>; set(lag: Lag): Promise<unknown>; tick(count?: number): Promise<unknown> };
  fork(account?: string): Candleflare;
  requests(filter?: JournalFilter): Promise<JournalEntry[]>;
  forgetRequests(): Promise<unknown>;
  usage(): Promise<Usage>;
  reset(): Promise<unknown>;
  version(): Promise<{ name: string; version: string; features: string[] }>;
  /** State as NDJSON. */
  export(): Promise<string>;
  /** `replace` takes the place of indexes that exist. */
  import(ndjson: string, options?: { replace?: boolean }): Promise<unknown>;
}

/** The control plane refused. */
export class CandleflareError extends Error {
  readonly status: number;
  readonly body: unknown;
}

/** 32 random hexadecimal digits: a world of one's own. */
export function newAccount(): string;
