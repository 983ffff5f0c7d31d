/** A part of AWS's SDK that has its types elsewhere. The whole client would cost a megabyte. */
declare module "@aws-sdk/client-s3/dist-es/endpoint/endpointResolver.js" {
  export interface EndpointParameters {
    readonly Bucket: string;
    readonly Region: string;
    readonly UseDualStack: boolean;
    readonly UseFIPS: boolean;
    readonly DisableS3ExpressSessionAuth: boolean;
    readonly Endpoint?: string;
    readonly ForcePathStyle?: boolean;
  }
  export interface ResolvedEndpoint {
    readonly url: URL;
    readonly properties?: {
      readonly authSchemes?: readonly { readonly signingName?: string; readonly signingRegion?: string }[];
    };
  }
  export function defaultEndpointResolver(parameters: EndpointParameters): ResolvedEndpoint;
}
