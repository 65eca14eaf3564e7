/** What the browser does with passkeys, in the JSON of WebAuthn level 3. */
export interface PasskeyDevice {
  /** Makes one; rejects when the person gives up. */
  create(options: unknown): Promise<unknown>;
  /** Asks for one. */
  get(options: unknown): Promise<unknown>;
}

/** The browser's own. */
export function realPasskeys(): PasskeyDevice {
  return {
    create: async (options) => {
      const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON);
      return json(await navigator.credentials.create({ publicKey }));
    },
    get: async (options) => {
      const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(options as PublicKeyCredentialRequestOptionsJSON);
      return json(await navigator.credentials.get({ publicKey }));
    },
  };
}

function json(credential: Credential | null): unknown {
  if (!(credential instanceof PublicKeyCredential)) throw new DOMException("no passkey was given", "NotAllowedError");
  return credential.toJSON();
}
