import { MutationCache, QueryCache, QueryClient } from "@tanstack/react-query";
import { RegistryError } from "../api/index.ts";

/** For how long an answer is shown without being asked for again, in milliseconds. */
const FRESH = 10_000;

/** Keeps what the registry answered; calls `onSessionEnd` once the registry takes the token no longer. */
export function createQueryClient(onSessionEnd: () => void): QueryClient {
  const onError = (error: Error) => {
    if (error instanceof RegistryError && error.status === 401) onSessionEnd();
  };
  const client = new QueryClient({
    queryCache: new QueryCache({ onError }),
    mutationCache: new MutationCache({
      onError,
      onSuccess: (_answer, _variables, _context, { meta }) => {
        if (meta?.["changesNothing"] === true) return;
        // A revocation reaches into other buckets: after any change, everything may be another. What a dialog has
        // shown of a change to come is over.
        void client.invalidateQueries({ predicate: ({ queryKey }) => queryKey[0] !== "impact" });
      },
    }),
    defaultOptions: {
      queries: {
        staleTime: FRESH,
        retry: (failures, error) =>
          failures < 1 && error instanceof RegistryError && error.isPassing,
        retryDelay: 500,
      },
    },
  });
  return client;
}
