/** Who a person is to this application. Knows neither the database nor the web. */
export type User = {
  /** UUID text; also the WebAuthn user handle, never reused. */
  id: string;
  email: string;
  /** Rises with whatever ends trust in the account: what was issued under an older epoch opens nothing. */
  epoch: number;
};
