const KEY_ID = "(mrk-)?[a-f0-9][a-f0-9-]+";
const ALIAS = "alias/[a-zA-Z0-9:/_-]+";
const ARN = "arn:aws(-[a-z]{2}(-gov)?)?:kms:([a-z]{2}-(gov-)?[a-z]+-\\d)?:\\d{12}:";
const KMS_KEY = new RegExp(`^((${ARN})?${ALIAS}|(${ARN}key/)?${KEY_ID})$`);

/** Whether a text names a key: its id, its alias or its ARN. */
export function isKmsKey(text: string): boolean {
  return KMS_KEY.test(text);
}

/** What a key's name looks like, for messages. */
export const KMS_KEY_FORMS =
  "is no KMS key; give its id, its ARN, or its alias with alias/ in front";
