/** What the doctor found about one thing. */
export interface Finding {
  /** What was looked at, such as a variable's name. */
  subject: string;
  state: "good" | "warning" | "bad";
  /** What is the matter. */
  message: string;
  /** What to do about it; empty where nothing is. */
  cure: string;
}

export function good(subject: string, message: string): Finding {
  return { subject, state: "good", message, cure: "" };
}

export function warning(subject: string, message: string, cure: string): Finding {
  return { subject, state: "warning", message, cure };
}

export function bad(subject: string, message: string, cure: string): Finding {
  return { subject, state: "bad", message, cure };
}
