/** The base class for stores, which the package ships but does not declare at this path. */
declare module 'rate-limiter-flexible/lib/RateLimiterStoreAbstract.js' {
  import {
    type IRateLimiterStoreOptions,
    RateLimiterAbstract,
    type RateLimiterRes,
  } from 'rate-limiter-flexible';

  export default abstract class RateLimiterStoreAbstract extends RateLimiterAbstract {
    constructor(options: Omit<IRateLimiterStoreOptions, 'storeClient'>);
    abstract _upsert(key: string, points: number, duration: number, forceExpire?: boolean): Promise<unknown>;
    abstract _get(key: string): Promise<unknown>;
    abstract _delete(key: string): Promise<boolean>;
    _handleError(
      error: unknown,
      name: string,
      resolve: (answer: unknown) => void,
      reject: (error: unknown) => void,
      parameters: unknown[],
    ): void;
    abstract _getRateLimiterRes(key: string, changed: number, stored: unknown): RateLimiterRes;
  }
}
