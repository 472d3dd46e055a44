/** How large one message may be; a larger one ends the connection. */
export interface MessageLimits {
  /** Bytes of one header or body. Default: 64 MiB. */
  maxBytes?: number;
  /** Maps and lists inside each other. Default: 512. */
  maxDepth?: number;
  /** Values of all kinds in one header or body. Default: 1,048,576. */
  maxValues?: number;
}
