export { type AwsErrorContext, awsError } from "./aws-error.ts";
export {
  type AwsErrorMeaning,
  away,
  busy,
  COMMON_AWS_ERRORS,
  credentials,
  forbidden,
  late,
  refused,
} from "./common-aws-errors.ts";
