/** Foreign text on one line: what a terminal would act on is shown escaped. */
export function visible(text: string): string {
  return text.replaceAll(/\p{Cc}/gu, (control) => JSON.stringify(control).slice(1, -1));
}
