/** What one may do in the workspace: viewers see everything and change nothing. */
import { useQuery } from '@tanstack/react-query';
import { meQuery } from './account';

/** False for viewers, for whom buttons that the server would refuse are not shown. */
export function useMayEdit(): boolean {
  const { data } = useQuery(meQuery());
  return data?.role !== 'viewer';
}
