-- The public facts are views on int_obs, whose grain is tested: as many rows there means that no
-- join doubled or lost a cell. To count them costs a third of grouping them.
with antal as (
    select
        'fct_ydelser_vintage' as model,
        (select count(*) from {{ ref('fct_ydelser_vintage') }}) as raekker,
        (select count(*) from {{ ref('int_obs') }} where kilde = 'jobindsats') as celler
    union all
    select
        'fct_ydelser' as model,
        (select count(*) from {{ ref('fct_ydelser') }}) as raekker,
        (
            select count(*) from {{ ref('int_obs') }}
            where kilde = 'jobindsats' and gyldig_til is null
        ) as celler
)

select * from antal
where raekker <> celler
