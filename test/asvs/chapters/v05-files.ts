import { applies, outside, type Requirements } from '../requirement.ts';

const noUpload = 'nobody can upload a file';

export const files: Requirements = {
  '5.1.1': outside(2, 'What may be uploaded is documented', noUpload),
  '5.2.1': outside(1, 'Uploads are bounded', noUpload),
  '5.2.2': outside(1, 'Uploads are what they say they are', noUpload),
  '5.2.3': outside(2, 'Archives are bounded before they are opened', noUpload),
  '5.3.1': outside(1, 'Uploads are never run', noUpload),
  '5.3.2': applies(1, 'Paths of files are not made from input', 'src/web/middleware/static-files.ts'),
  '5.4.1': applies(2, 'Downloads have a name that we give', 'src/web/activity/activity.ts'),
  '5.4.2': applies(
    2,
    'Names of files cannot change a header: they are constants',
    'src/web/account/account-data.ts',
    'src/web/activity/activity.ts',
  ),
  '5.4.3': outside(2, 'Files of strangers are scanned', noUpload),
};
